import test from 'ava';
import fc from 'fast-check';
import { containsIpv4, formatIpv4, ipFamily, parseCidr, parseIpv4, subnetOf } from './ip-address.ts';

const value = fc.nat({ max: 0xffffffff });

test('parseIpv4 and formatIpv4 are each other’s inverse', (t) => {
  fc.assert(fc.property(value, (number) => t.is(parseIpv4(formatIpv4(number >>> 0)), number)));
});

test('ipFamily knows addresses and nothing else', (t) => {
  for (const text of ['0.0.0.0', '255.255.255.255', '10.1.2.3']) t.is(ipFamily(text), 'ip', text);
  for (const text of ['::', '::1', 'fd00::5', '2001:db8:1:2:3:4:5:6', 'FE80::1']) t.is(ipFamily(text), 'ip6', text);
  const none = [
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.2.3.4',
    '1.2.3.4 ',
    ':::',
    '1::2::3',
    'fe80::1%eth0',
    '1:2:3:4:5:6:7',
    'x',
  ];
  for (const text of none) t.is(ipFamily(text), undefined, text);
});

test('subnetOf is idempotent and contains its address', (t) => {
  fc.assert(
    fc.property(value, fc.integer({ min: 0, max: 32 }), (number, prefixLength) => {
      const address = formatIpv4(number >>> 0);
      const subnet = subnetOf({ address, prefixLength, family: 'ip' });
      const again = parseCidr(subnet);
      t.truthy(again);
      if (again !== undefined) t.is(subnetOf(again), subnet);
      t.true(containsIpv4(subnet, address));
    }),
  );
});

test('containsIpv4 sees the border, and parseCidr refuses what is none', (t) => {
  t.true(containsIpv4('10.1.0.0/20', '10.1.15.255'));
  t.false(containsIpv4('10.1.0.0/20', '10.1.16.0'));
  t.false(containsIpv4('10.1.0.0/20', 'fd00::1'));
  for (const text of ['10.1.0.0', '10.1.0.0/33', '10.1.0/8', 'fd00::/129', '/8'])
    t.is(parseCidr(text), undefined, text);
  t.deepEqual(parseCidr('fd00::5/64'), { address: 'fd00::5', prefixLength: 64, family: 'ip6' });
});
