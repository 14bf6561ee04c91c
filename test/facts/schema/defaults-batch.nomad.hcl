job "defaults-batch" {
  type = "batch"
  group "g" {
    task "t" {
      driver = "exec"
    }
  }
}
