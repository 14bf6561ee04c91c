job "defaults-system" {
  type = "system"
  group "g" {
    task "t" {
      driver = "exec"
    }
  }
}
