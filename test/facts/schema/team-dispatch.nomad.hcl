job "video-encode" {
  type = "batch"
  parameterized {
    payload       = "required"
    meta_required = ["input", "profile"]
    meta_optional = ["callback"]
  }
  meta {
    profile = "h264"
  }
  group "encode" {
    task "ffmpeg" {
      driver = "docker"
      dispatch_payload {
        file = "config.json"
      }
      config {
        image   = "jrottenberg/ffmpeg:4.1"
        command = "ffmpeg"
        args    = ["-i", "${NOMAD_META_INPUT}", "-preset", "fast", "/alloc/out.mp4"]
      }
      resources {
        cores  = 2
        memory = 1024
      }
    }
  }
}
