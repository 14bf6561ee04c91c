job "periodic-all" {
  type = "batch"
  periodic {
    crons            = ["*/15 * * * *", "0 3 * * MON-FRI", "@daily"]
    time_zone        = "Europe/Berlin"
    prohibit_overlap = true
    enabled          = true
  }
  group "g" {
    task "t" {
      driver = "exec"
    }
  }
}
