job "shorthands" {
  constraint {
    attribute = "${attr.os.version}"
    version   = "> 1"
  }
  constraint {
    attribute = "${attr.os.version}"
    semver    = "> 1.0.0"
  }
  constraint {
    attribute = "${attr.os.name}"
    regexp    = "x.*"
  }
  constraint {
    attribute    = "${attr.os.name}"
    set_contains = "a"
  }
  constraint {
    distinct_hosts = true
  }
  constraint {
    attribute = "${attr.os.name}"
    operator  = "is"
    value     = "a"
  }
  constraint {
    attribute = "${attr.os.name}"
    operator  = "not"
    value     = "a"
  }
  constraint {
    attribute = "${attr.os.name}"
    operator  = "=="
    value     = "a"
  }
  constraint {
    attribute = "${attr.os.name}"
    operator  = "set_contains_all"
    value     = "a"
  }
  affinity {
    attribute        = "${attr.os.name}"
    set_contains_any = "a"
  }
  affinity {
    attribute        = "${attr.os.name}"
    set_contains_all = "a"
  }
  group "g" {
    task "t" {
      driver = "exec"
    }
  }
}
