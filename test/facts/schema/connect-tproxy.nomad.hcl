job "connect-tproxy" {
  group "api" {
    network {
      mode = "bridge"
    }
    service {
      name = "api"
      port = "9001"
      connect {
        sidecar_service {
          proxy {
            transparent_proxy {
              uid                    = "101"
              outbound_port          = 15001
              exclude_inbound_ports  = ["8443"]
              exclude_outbound_ports = [443, 80]
              exclude_outbound_cidrs = ["10.0.0.0/8"]
              exclude_uids           = ["1"]
              no_dns                 = true
            }
          }
        }
      }
    }
    task "web" {
      driver = "exec"
      config {
        command = "/bin/true"
      }
    }
  }
  group "native" {
    network {
      port "p" {}
    }
    service {
      name = "native"
      port = "p"
      task = "gen"
      connect {
        native = true
      }
    }
    task "gen" {
      driver = "exec"
      config {
        command = "/bin/true"
      }
    }
  }
}
