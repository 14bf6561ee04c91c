// Device nodes of a launch on cgroup v2: a program the kernel asks at each opening and making of a node.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "orch-launch.h"

enum { PER_RULE = 8, FRAME = 8, MOST_RULES = 200 };

struct program {
  struct bpf_insn code[MOST_RULES * PER_RULE + FRAME];
  unsigned length;
};

static void emit(struct program *program, int code, int to, int from, int offset, int value) {
  program->code[program->length++] = (struct bpf_insn){
      .code = (uint8_t)code, .dst_reg = to & 15, .src_reg = from & 15, .off = (int16_t)offset, .imm = value};
}

// Type, asked access, major and minor are in registers 2, 3, 4 and 5. A rule that does not fit jumps to the next.
static void emit_rule(struct program *program, const struct device_rule *rule) {
  unsigned begin = program->length, checks = 2U + (rule->major >= 0) + (rule->minor >= 0);
  // Behind the checks: the masked copy of the access needs two more, and the answer two.
  int end = (int)(begin + checks + 2 + 2);
#define MISS(place) (end - (int)(program->length) - 1)
  emit(program, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_2, 0, MISS(), rule->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
  if (rule->major >= 0) emit(program, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_4, 0, MISS(), rule->major);
  if (rule->minor >= 0) emit(program, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_5, 0, MISS(), rule->minor);
  emit(program, BPF_ALU | BPF_MOV | BPF_X, BPF_REG_1, BPF_REG_3, 0, 0);
  emit(program, BPF_ALU | BPF_AND | BPF_K, BPF_REG_1, 0, 0, (int)~rule->access & 7);
  emit(program, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_1, 0, MISS(), 0);
#undef MISS
  emit(program, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 1);
  emit(program, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

static void compile(struct program *program, const struct device_rule *rules, size_t count) {
  const int word = BPF_LDX | BPF_MEM | BPF_W;
  emit(program, word, BPF_REG_3, BPF_REG_1, offsetof(struct bpf_cgroup_dev_ctx, access_type), 0);
  emit(program, word, BPF_REG_4, BPF_REG_1, offsetof(struct bpf_cgroup_dev_ctx, major), 0);
  emit(program, word, BPF_REG_5, BPF_REG_1, offsetof(struct bpf_cgroup_dev_ctx, minor), 0);
  emit(program, BPF_ALU | BPF_MOV | BPF_X, BPF_REG_2, BPF_REG_3, 0, 0);
  emit(program, BPF_ALU | BPF_AND | BPF_K, BPF_REG_2, 0, 0, 0xffff);
  emit(program, BPF_ALU | BPF_RSH | BPF_K, BPF_REG_3, 0, 0, 16);
  for (size_t index = 0; index < count; index += 1) emit_rule(program, &rules[index]);
  emit(program, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0);
  emit(program, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

static bool parse_number(const char **text, int *number) {
  char *rest;
  if (**text == '*') {
    *number = -1;
    *text += 1;
    return true;
  }
  long value = strtol(*text, &rest, 10);
  if (rest == *text || value < 0 || value >= 1 << 20) return false;
  *number = (int)value;
  *text = rest;
  return true;
}

bool parse_device_rule(const char *text, struct device_rule *rule) {
  rule->type = *text++;
  if ((rule->type != 'b' && rule->type != 'c') || *text++ != ' ' || !parse_number(&text, &rule->major) || *text++ != ':' ||
      !parse_number(&text, &rule->minor) || *text++ != ' ' || *text == '\0')
    return false;
  rule->access = 0;
  for (; *text != '\0'; text += 1)
    if (*text == 'm') rule->access |= BPF_DEVCG_ACC_MKNOD;
    else if (*text == 'r') rule->access |= BPF_DEVCG_ACC_READ;
    else if (*text == 'w') rule->access |= BPF_DEVCG_ACC_WRITE;
    else return false;
  return true;
}

int load_device_program(const struct device_rule *rules, size_t count) {
  static struct program program;
  if (count > MOST_RULES) {
    errno = E2BIG;
    return -1;
  }
  program.length = 0;
  compile(&program, rules, count);
  union bpf_attr load = {.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
                         .insn_cnt = program.length,
                         .insns = (uint64_t)(uintptr_t)program.code,
                         .license = (uint64_t)(uintptr_t) "GPL",
                         .expected_attach_type = BPF_CGROUP_DEVICE};
  return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof load);
}

bool attach_device_program(int program, const char *group) {
  int dir = open(group, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir < 0) return false;
  union bpf_attr attach = {.target_fd = (uint32_t)dir,
                           .attach_bpf_fd = (uint32_t)program,
                           .attach_type = BPF_CGROUP_DEVICE,
                           .attach_flags = BPF_F_ALLOW_MULTI};
  bool is_attached = syscall(SYS_bpf, BPF_PROG_ATTACH, &attach, sizeof attach) == 0;
  int reason = errno;
  close(dir);
  errno = reason;
  return is_attached;
}
