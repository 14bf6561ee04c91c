// Reading the parts of a plugin's answer that the status shows.
import type { DnsConfig } from '../../model/network.ts';
import type { CniAttachmentRecord } from './cni-runner.ts';

/** Hardware address of the interface inside the namespace. */
export function readResultMac(attachment: CniAttachmentRecord): string | undefined {
  const interfaces = attachment.result?.['interfaces'];
  if (!Array.isArray(interfaces)) return undefined;
  const found = interfaces.find(
    (candidate: { readonly name?: unknown; readonly sandbox?: unknown }) =>
      candidate.name === attachment.ifName && candidate.sandbox === attachment.netns,
  );
  return typeof found?.mac === 'string' ? found.mac : undefined;
}

export function readResultDns(attachment: CniAttachmentRecord): DnsConfig {
  const dns = (attachment.result?.['dns'] ?? {}) as Readonly<Record<string, unknown>>;
  return { servers: strings(dns['nameservers']), searches: strings(dns['search']), options: strings(dns['options']) };
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
