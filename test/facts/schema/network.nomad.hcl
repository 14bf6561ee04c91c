job "network-all" {
  group "bridge" {
    network {
      mode     = "bridge"
      hostname = "web-${NOMAD_ALLOC_INDEX}"
      dns {
        servers  = ["1.1.1.1"]
        searches = ["example.com"]
        options  = ["ndots:2"]
      }
      port "http" {
        static = 8080
        to     = 80
      }
      port "admin" {
        to           = -1
        host_network = "private"
      }
      port "free" {}
    }
    task "t" {
      driver = "exec"
    }
  }
  group "host" {
    network {
      port "one" {
        static           = 9000
        ignore_collision = true
      }
    }
    task "t" {
      driver = "exec"
    }
  }
  group "cni" {
    network {
      mode = "cni/mynet"
      cni {
        args = {
          IP     = "10.1.2.3"
          vlan   = "7"
        }
      }
    }
    task "t" {
      driver = "exec"
    }
  }
  group "old" {
    network {
      mbits  = 10
      device = "eth0"
      port "x" {}
    }
    task "t" {
      driver = "exec"
    }
  }
}
