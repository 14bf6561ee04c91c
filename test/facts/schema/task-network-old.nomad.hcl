job "task-network-old" {
  group "g" {
    task "t" {
      driver = "docker"
      config {
        image = "redis:7"
        port_map {
          db = 6379
        }
      }
      resources {
        network {
          mbits = 10
          port "db" {}
          port "fixed" {
            static = 12345
          }
        }
      }
    }
  }
}
