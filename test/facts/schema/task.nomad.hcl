job "task-all" {
  type = "service"
  group "g" {
    task "init" {
      driver = "exec"
      lifecycle {
        hook    = "prestart"
        sidecar = true
      }
      config {
        command = "/bin/true"
      }
    }
    task "main" {
      driver         = "exec"
      user           = "nobody"
      kill_timeout   = "12s"
      kill_signal    = "SIGINT"
      leader         = true
      shutdown_delay = "4s"
      config {
        command = "/bin/sleep"
        args    = ["1000", "${NOMAD_PORT_http}"]
      }
      env {
        A = "b"
        N = 5
        B = true
      }
      meta = {
        "dotted.key" = "v"
      }
      resources {
        cpu        = 200
        memory     = 128
        memory_max = 256
        secrets    = 16
      }
      logs {
        max_files     = 3
        max_file_size = 5
        disabled      = true
      }
      restart {
        attempts = 9
        interval = "20m"
      }
      constraint {
        attribute = "${attr.os.version}"
        operator  = "version"
        value     = ">= 1.2, < 99"
      }
      constraint {
        attribute = "${attr.kernel.version}"
        operator  = "semver"
        value     = ">= 1.0.0"
      }
      constraint {
        attribute = "${attr.os.name}"
        operator  = "regexp"
        value     = "deb.*|ubu.*"
      }
      constraint {
        attribute = "${attr.cpu.arch}"
        operator  = "set_contains_any"
        value     = "amd64,arm64"
      }
      constraint {
        attribute = "${meta.x}"
        operator  = "is_not_set"
      }
      constraint {
        attribute = "${meta.cores}"
        operator  = ">="
        value     = "0"
      }
      affinity {
        attribute = "${meta.ssd}"
        operator  = "set_contains_any"
        value     = "a,b"
        weight    = 10
      }
      artifact {
        source      = "https://example.com/a.tar.gz"
        destination = "local/a"
        mode        = "dir"
        insecure    = true
        chown       = true
        options {
          checksum = "md5:d41d8cd98f00b204e9800998ecf8427e"
        }
        headers {
          X-A = "b"
        }
      }
      artifact {
        source = "https://example.com/b.jar"
        mode   = "file"
      }
      artifact {
        source = "https://example.com/c.zip"
      }
      action "say" {
        command = "/bin/echo"
        args    = ["hello"]
      }
      action "plain" {
        command = "/bin/true"
      }
    }
    task "late" {
      driver = "exec"
      lifecycle {
        hook = "poststop"
      }
      config {
        command = "/bin/true"
      }
    }
  }
}
