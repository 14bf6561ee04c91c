job "defaults-sysbatch" {
  type = "sysbatch"
  group "g" {
    task "t" {
      driver = "exec"
    }
  }
}
