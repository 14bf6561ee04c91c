job "postgres" {
  group "db" {
    count = 1
    network {
      port "pg" {
        static = 5432
      }
    }
    volume "data" {
      type            = "csi"
      source          = "postgres-data"
      access_mode     = "single-node-writer"
      attachment_mode = "file-system"
      mount_options {
        fs_type = "ext4"
      }
    }
    restart {
      attempts = 10
      interval = "5m"
      delay    = "25s"
      mode     = "delay"
    }
    service {
      name = "postgres"
      port = "pg"
      check {
        type     = "script"
        task     = "postgres"
        command  = "/usr/bin/pg_isready"
        interval = "10s"
        timeout  = "2s"
      }
    }
    task "chown" {
      driver = "docker"
      lifecycle {
        hook    = "prestart"
        sidecar = false
      }
      volume_mount {
        volume      = "data"
        destination = "/data"
      }
      config {
        image   = "busybox:1"
        command = "chown"
        args    = ["-R", "999:999", "/data"]
      }
    }
    task "postgres" {
      driver = "docker"
      vault {
        policies = ["postgres"]
      }
      volume_mount {
        volume      = "data"
        destination = "/var/lib/postgresql/data"
      }
      config {
        image = "postgres:16"
        ports = ["pg"]
      }
      template {
        data        = "POSTGRES_PASSWORD={{ with secret \"kv/pg\" }}{{ .Data.data.password }}{{ end }}"
        destination = "secrets/pg.env"
        env         = true
      }
      kill_signal  = "SIGINT"
      kill_timeout = "30s"
      resources {
        cpu    = 1000
        memory = 1024
      }
    }
  }
}
