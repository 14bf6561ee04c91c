job "resources-all" {
  group "g" {
    task "cores" {
      driver = "exec"
      resources {
        cores  = 2
        memory = 64
        numa {
          affinity = "none"
        }
      }
    }
    task "devices" {
      driver = "exec"
      resources {
        memory_max = -1
        device "nvidia/gpu" {
          count = 2
          constraint {
            attribute = "${device.attr.memory}"
            operator  = ">="
            value     = "2 GiB"
          }
          affinity {
            attribute = "${device.attr.memory}"
            operator  = ">="
            value     = "4 GiB"
            weight    = 75
          }
        }
        device "fpga" {}
      }
    }
    task "old" {
      driver = "exec"
      resources {
        iops = 5
      }
    }
  }
}
