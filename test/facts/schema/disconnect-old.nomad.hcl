job "disconnect-old" {
  group "stop" {
    stop_after_client_disconnect = "3m"
    task "t" {
      driver = "exec"
    }
  }
  group "max" {
    max_client_disconnect      = "1h"
    prevent_reschedule_on_lost = true
    task "t" {
      driver = "exec"
    }
  }
}
