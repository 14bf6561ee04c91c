job "csi-plugin" {
  type = "system"
  group "nodes" {
    task "plugin" {
      driver = "docker"
      config {
        image      = "csi:1"
        privileged = true
      }
      csi_plugin {
        id                     = "aws-ebs0"
        type                   = "node"
        mount_dir              = "/csi2"
        stage_publish_base_dir = "/mnt/csi"
        health_timeout         = "1m"
      }
    }
    task "default" {
      driver = "docker"
      config {
        image = "csi:1"
      }
      csi_plugin {
        id   = "other"
        type = "monolith"
      }
    }
  }
}
