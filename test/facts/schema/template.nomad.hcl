job "template-all" {
  group "g" {
    task "t" {
      driver = "exec"
      template {
        data        = "a"
        destination = "local/a"
      }
      template {
        source               = "local/b.tpl"
        destination          = "local/b"
        change_mode          = "signal"
        change_signal        = "sigusr1"
        splay                = "1m"
        perms                = "600"
        uid                  = 1000
        gid                  = 0
        left_delimiter       = "[["
        right_delimiter      = "]]"
        error_on_missing_key = true
        once                 = true
        wait {
          min = "2s"
          max = "1m"
        }
      }
      template {
        data        = "K=v"
        destination = "secrets/env"
        env         = true
      }
      template {
        data        = "x"
        destination = "local/c"
        change_mode = "script"
        change_script {
          command             = "/bin/x"
          args                = ["a"]
          timeout             = "30s"
          fail_on_error       = true
          run_on_first_render = true
        }
      }
      template {
        data        = "y"
        destination = "local/d"
        change_mode = "signal"
      }
      template {
        data        = "z"
        destination = "local/e"
        change_mode = "noop"
        vault_grace = "3m"
      }
    }
  }
}
