# Boot sector of the KVM trial (GNU as). From real mode to 64-bit mode, as every kernel goes, then work of a known amount
# at a kernel's addresses, an interrupt through a descriptor table, and QEMU's debug-exit port: exit code 33.
  .code16
  .globl _start
_start:
  cli
  xorw %ax, %ax
  movw %ax, %ds
  movw %ax, %es
  movw %ax, %ss
  movw $0x7c00, %sp
  # Page tables at 0x1000 (level 4), 0x2000 (level 3), 0x3000 (level 2): the first 2 MiB, at 0 and at -2 GiB.
  cld
  movw $0x1000, %di
  movw $0x1800, %cx
  rep stosw
  movw $0x2003, 0x1000
  movw $0x2003, 0x1ff8
  movw $0x3003, 0x2000
  movw $0x3003, 0x2ff0
  movw $0x0083, 0x3000
  lgdtl gdtr
  movl $0x20, %eax
  movl %eax, %cr4
  movl $0x1000, %eax
  movl %eax, %cr3
  movl $0xc0000080, %ecx
  rdmsr
  orl $0x100, %eax
  wrmsr
  movl $0x80000011, %eax
  movl %eax, %cr0
  ljmpl $8, $long
  .code64
long:
  movabsq $high + 0xffffffff80000000, %rax
  jmp *%rax
high:
  xorl %eax, %eax
  movl %eax, %ds
  movl %eax, %es
  movl %eax, %ss
  movq $0xffffffff80007c00, %rsp
  # Interrupt 3 at 0x4000 + 3 * 16.
  movl $0x4000, %edi
  movabsq $handler + 0xffffffff80000000, %rax
  movw %ax, 0x30(%rdi)
  movl $0x8e000008, 0x32(%rdi)
  shrq $16, %rax
  movw %ax, 0x36(%rdi)
  shrq $16, %rax
  movl %eax, 0x38(%rdi)
  movl $0, 0x3c(%rdi)
  lidt idtr
  movl $0x4000000, %ecx
1:
  decl %ecx
  jnz 1b
  int3
  hlt
handler:
  cpuid
  movw $0xf4, %dx
  movb $0x10, %al
  outb %al, %dx
  hlt
  .balign 8
gdt:
  .quad 0
  .quad 0x00209a0000000000
gdtr:
  .word 15
  .long gdt
idtr:
  .word 0x3f
  .quad 0xffffffff80004000
  .org 510
  .word 0xaa55
