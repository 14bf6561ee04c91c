job "training" {
  type        = "batch"
  node_pool   = "default"
  datacenters = ["*"]
  group "train" {
    count            = 1
    max_run_duration = "12h"
    affinity {
      attribute = "${meta.gpu_generation}"
      value     = "hopper"
      weight    = 100
    }
    volume "sets" {
      type      = "host"
      source    = "datasets"
      read_only = true
    }
    task "train" {
      driver = "docker"
      user   = "1000:1000"
      config {
        image    = "pytorch/pytorch:2"
        shm_size = 1073741824
      }
      volume_mount {
        volume      = "sets"
        destination = "/data"
        read_only   = true
      }
      resources {
        cpu    = 4000
        memory = 8192
        device "nvidia/gpu" {
          count = 2
          constraint {
            attribute = "${device.model}"
            operator  = "regexp"
            value     = "H100|A100"
          }
        }
      }
      logs {
        max_files     = 5
        max_file_size = 20
      }
    }
  }
}
