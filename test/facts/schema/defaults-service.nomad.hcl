job "defaults-service" {
  type = "service"
  group "g" {
    task "t" {
      driver = "exec"
    }
  }
}
