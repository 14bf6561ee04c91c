job "scaling-all" {
  group "g" {
    scaling {
      enabled = false
      min     = 2
      max     = 10
      type    = "horizontal"
      policy {
        cooldown            = "1m"
        evaluation_interval = "30s"
        check "cpu" {
          source = "prometheus"
          query  = "x"
          strategy "target-value" {
            target = 70
          }
        }
      }
    }
    task "t" {
      driver = "exec"
    }
  }
  group "counted" {
    count = 4
    scaling {
      max = 5
    }
    task "t" {
      driver = "exec"
    }
  }
}
