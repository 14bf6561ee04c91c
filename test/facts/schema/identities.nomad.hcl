job "identities" {
  group "g" {
    task "default" {
      driver = "exec"
      identity {
        env         = true
        file        = true
        filepath    = "local/token"
        change_mode = "restart"
      }
      identity {
        name          = "aws"
        aud           = ["aws", "other"]
        ttl           = "1h"
        file          = true
        change_mode   = "signal"
        change_signal = "sighup"
        extra_claims  = ["a", "b"]
      }
    }
    task "named" {
      driver = "exec"
      identity {
        name = "default"
        file = true
      }
    }
    task "only-other" {
      driver = "exec"
      identity {
        name = "x"
        aud  = ["y"]
        ttl  = "30m"
      }
    }
  }
}
