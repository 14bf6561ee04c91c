job "schedule-all" {
  group "g" {
    task "t" {
      driver = "exec"
      schedule {
        cron {
          start    = "0 9 * * MON-FRI *"
          end      = "0 17"
          timezone = "Europe/Berlin"
        }
      }
    }
  }
}
