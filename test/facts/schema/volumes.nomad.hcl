job "volumes-all" {
  group "host" {
    count = 2
    volume "data" {
      type      = "host"
      source    = "certs"
      read_only = true
    }
    volume "dynamic" {
      type            = "host"
      source          = "dyn"
      sticky          = true
      access_mode     = "single-node-writer"
      attachment_mode = "file-system"
    }
    task "t" {
      driver = "exec"
      volume_mount {
        volume           = "data"
        destination      = "/certs"
        read_only        = true
        propagation_mode = "host-to-task"
        selinux_label    = "Z"
      }
      volume_mount {
        volume      = "dynamic"
        destination = "/dyn"
      }
    }
  }
  group "csi" {
    count = 2
    volume "db" {
      type            = "csi"
      source          = "db"
      access_mode     = "single-node-writer"
      attachment_mode = "file-system"
      per_alloc       = true
      mount_options {
        fs_type     = "ext4"
        mount_flags = ["noatime"]
      }
    }
    task "t" {
      driver = "exec"
      volume_mount {
        volume      = "db"
        destination = "/var/lib/db"
      }
    }
  }
}
