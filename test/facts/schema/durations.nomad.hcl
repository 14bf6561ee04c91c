job "durations" {
  group "g" {
    shutdown_delay = 1500000000
    restart {
      delay    = "1m30s"
      interval = "1h2m3s"
    }
    task "t" {
      driver       = "exec"
      kill_timeout = "1.5s"
    }
  }
}
