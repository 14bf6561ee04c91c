job "parameterized-all" {
  type = "batch"
  parameterized {
    payload       = "required"
    meta_required = ["who"]
    meta_optional = ["why"]
  }
  group "g" {
    task "t" {
      driver = "exec"
      dispatch_payload {
        file = "input.json"
      }
      env {
        WHO = "${NOMAD_META_who}"
      }
    }
  }
}
