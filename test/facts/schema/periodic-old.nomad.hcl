job "periodic-old" {
  type = "batch"
  periodic {
    cron = "0 4 * * *"
  }
  group "g" {
    task "t" {
      driver = "exec"
    }
  }
}
