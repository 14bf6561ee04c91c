job "legacy-app" {
  datacenters = ["dc1"]
  group "app" {
    stop_after_client_disconnect = "10m"
    task "app" {
      driver = "docker"
      config {
        image = "legacy:3"
        port_map {
          http = 8080
        }
      }
      resources {
        cpu    = 300
        memory = 256
        network {
          mbits = 20
          port "http" {}
        }
      }
      service {
        name = "legacy"
        port = "http"
        check {
          type     = "http"
          path     = "/"
          interval = "10s"
          timeout  = "2s"
        }
      }
      template {
        data        = "x"
        destination = "local/x"
        vault_grace = "15s"
      }
    }
  }
}
