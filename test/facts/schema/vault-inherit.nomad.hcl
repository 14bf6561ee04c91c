job "vault-inherit" {
  vault {
    policies = ["job"]
  }
  group "a" {
    task "from-job" {
      driver = "exec"
    }
  }
  group "b" {
    vault {
      role                   = "group"
      namespace              = "ns"
      env                    = false
      disable_file           = true
      change_mode            = "signal"
      change_signal          = "sigusr2"
      allow_token_expiration = true
    }
    task "from-group" {
      driver = "exec"
    }
    task "own" {
      driver = "exec"
      vault {
        policies = ["own"]
        cluster  = "default"
      }
    }
  }
}
