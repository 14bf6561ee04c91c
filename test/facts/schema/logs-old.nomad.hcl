job "logs-old" {
  group "g" {
    task "off" {
      driver = "exec"
      logs {
        enabled = false
      }
    }
    task "on" {
      driver = "exec"
      logs {
        enabled = true
      }
    }
  }
}
