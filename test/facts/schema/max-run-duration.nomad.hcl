job "max-run" {
  type = "batch"
  group "g" {
    max_run_duration = "90m"
    task "t" {
      driver = "exec"
      config {
        command = "/bin/true"
      }
    }
  }
}
