# WordPress and its database: the database on a node with metadata disk = "ssd", two instances of the web server.
#
#   orch job run -var password=… wordpress.nomad.hcl
#
# The same application for Docker Compose is in compose.yaml, for Kubernetes in kubernetes.yaml; `orch job run` takes
# them as they are.

variable "password" {
  type        = string
  default     = "change-me"
  description = "Password of the database user."
}

job "wordpress" {
  group "database" {
    constraint {
      attribute = "${meta.disk}"
      value     = "ssd"
    }

    network {
      mode = "bridge"

      # The web servers find the database at this port of the node.
      port "mysql" {
        static = 3306
        to     = 3306
      }
    }

    restart {
      mode = "delay"
    }

    service {
      name     = "database"
      port     = "mysql"
      provider = "nomad"
    }

    task "database" {
      driver = "docker"

      config {
        image = "mariadb:11.4"
        ports = ["mysql"]

        mount {
          type   = "volume"
          source = "wordpress_data"
          target = "/var/lib/mysql"
        }
      }

      env {
        MARIADB_DATABASE             = "wordpress"
        MARIADB_USER                 = "wordpress"
        MARIADB_PASSWORD             = var.password
        MARIADB_RANDOM_ROOT_PASSWORD = "1"
      }

      resources {
        cpu    = 500
        memory = 512
      }
    }
  }

  group "web" {
    count = 2

    network {
      mode = "bridge"

      # Each instance takes this port of its node, so two need two nodes.
      port "http" {
        static = 8080
        to     = 80
      }
    }

    restart {
      mode = "delay"
    }

    service {
      name     = "web"
      port     = "http"
      provider = "nomad"
    }

    task "web" {
      driver = "docker"

      config {
        image       = "wordpress:6.8"
        ports       = ["http"]
        extra_hosts = ["database:${attr.unique.network.ip-address}"]
      }

      env {
        WORDPRESS_DB_HOST     = "database:3306"
        WORDPRESS_DB_NAME     = "wordpress"
        WORDPRESS_DB_USER     = "wordpress"
        WORDPRESS_DB_PASSWORD = var.password
      }

      resources {
        cpu    = 250
        memory = 256
      }
    }
  }
}
