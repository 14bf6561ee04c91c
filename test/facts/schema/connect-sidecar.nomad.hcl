job "connect-sidecar" {
  group "api" {
    network {
      mode = "bridge"
      port "expose" {}
      port "admin" {
        to = 9001
      }
    }
    service {
      name = "api"
      port = "9001"
      connect {
        sidecar_service {
          tags                      = ["proxy"]
          disable_default_tcp_check = true
          meta {
            side = "car"
          }
          proxy {
            local_service_address = "127.0.0.1"
            local_service_port    = 9001
            upstreams {
              destination_name      = "db"
              local_bind_port       = 5432
              datacenter            = "dc1"
              local_bind_address    = "127.0.0.1"
              destination_type      = "service"
              destination_partition = "default"
              mesh_gateway {
                mode = "local"
              }
              config {
                connect_timeout_ms = 9000
              }
            }
            upstreams {
              destination_name       = "cache"
              destination_namespace  = "default"
              destination_peer       = "other"
              local_bind_socket_path = "/tmp/cache.sock"
              local_bind_socket_mode = "0600"
            }
            expose {
              path {
                path            = "/metrics"
                protocol        = "http"
                local_path_port = 9001
                listener_port   = "expose"
              }
            }
            config {
              protocol = "http"
            }
          }
        }
        sidecar_task {
          name           = "envoy"
          driver         = "docker"
          user           = "1000"
          kill_timeout   = "9s"
          shutdown_delay = "3s"
          kill_signal    = "SIGINT"
          config {
            image = "envoy:1"
          }
          env {
            A = "b"
          }
          meta {
            m = "n"
          }
          resources {
            cpu    = 50
            memory = 64
          }
          logs {
            max_files     = 2
            max_file_size = 3
          }
        }
      }
      check {
        type     = "http"
        path     = "/ok"
        interval = "10s"
        timeout  = "2s"
        expose   = true
        port     = "expose"
      }
    }
    task "web" {
      driver = "exec"
      config {
        command = "/bin/true"
      }
    }
  }
}
