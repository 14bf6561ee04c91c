variable "image_tag" {
  type    = string
  default = "1.4.2"
}

variable "replicas" {
  type    = number
  default = 4
}

locals {
  image = "registry.example.com/shop/web:${var.image_tag}"
}

job "shop-web" {
  datacenters = ["dc1", "dc2"]
  type        = "service"
  priority    = 60

  constraint {
    attribute = "${attr.kernel.name}"
    value     = "linux"
  }

  update {
    max_parallel      = 1
    canary            = 2
    min_healthy_time  = "30s"
    healthy_deadline  = "5m"
    progress_deadline = "15m"
    auto_revert       = true
    auto_promote      = false
  }

  group "web" {
    count = var.replicas

    network {
      mode = "bridge"
      port "http" {
        to = 8080
      }
      port "metrics" {
        to = 9102
      }
    }

    spread {
      attribute = "${node.datacenter}"
    }

    service {
      name     = "shop-web"
      port     = "http"
      provider = "nomad"
      tags     = ["traefik.enable=true", "traefik.http.routers.shop.rule=Host(`shop.example.com`)"]
      check {
        name     = "ready"
        type     = "http"
        path     = "/ready"
        interval = "10s"
        timeout  = "3s"
        check_restart {
          limit = 3
          grace = "60s"
        }
      }
    }

    task "web" {
      driver = "docker"
      config {
        image = local.image
        ports = ["http", "metrics"]
        logging {
          type = "json-file"
          config {
            max-size = "10m"
          }
        }
      }
      env {
        PORT        = "${NOMAD_PORT_http}"
        DATABASE    = "postgres://${attr.unique.network.ip-address}:5432/shop"
        ENVIRONMENT = "production"
      }
      template {
        destination = "secrets/app.env"
        env         = true
        change_mode = "restart"
        data        = <<-EOT
          {{ with nomadVar "nomad/jobs/shop-web" }}
          SECRET_KEY={{ .secret_key }}
          {{ end }}
        EOT
      }
      resources {
        cpu        = 500
        memory     = 256
        memory_max = 512
      }
      kill_timeout = "20s"
    }

    task "log-shipper" {
      driver = "docker"
      lifecycle {
        hook    = "poststart"
        sidecar = true
      }
      config {
        image = "fluent/fluent-bit:2.2"
      }
      resources {
        cpu    = 50
        memory = 64
      }
    }
  }
}
