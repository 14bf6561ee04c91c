job "numa-devices" {
  group "g" {
    task "t" {
      driver = "exec"
      resources {
        cores = 4
        device "nvidia/gpu" {}
        numa {
          affinity = "require"
          devices  = ["nvidia/gpu"]
        }
      }
    }
  }
}
