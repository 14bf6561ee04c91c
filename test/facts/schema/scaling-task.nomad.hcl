job "scaling-task" {
  group "g" {
    task "t" {
      driver = "exec"
      scaling "cpu" {
        enabled = true
        min     = 100
        max     = 1000
        policy {
          cooldown = "5m"
        }
      }
      scaling "mem" {
        min = 64
        max = 512
      }
    }
  }
}
