job "disconnect-stop" {
  group "g" {
    disconnect {
      stop_on_client_after = "5m"
      reconcile            = "longest_running"
    }
    task "t" {
      driver = "exec"
    }
  }
}
