import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { judgeImage } from './image-header.ts';

const dir = mkdtempSync(join(tmpdir(), 'orch-image-header-'));
test.after.always(() => rmSync(dir, { recursive: true, force: true }));
let made = 0;

/** An image as the tool of the trade makes it. */
function image(...options: readonly string[]): Buffer {
  made += 1;
  const file = join(dir, `image-${made}`);
  execFileSync('qemu-img', ['create', '-q', ...options, file, '1M'], { stdio: 'pipe' });
  return readFileSync(file).subarray(0, 512);
}

test('qcow2 of both versions and raw are run', (t) => {
  t.is(judgeImage(image('-f', 'qcow2')), 'qcow2');
  t.is(judgeImage(image('-f', 'qcow2', '-o', 'compat=0.10')), 'qcow2');
  t.is(judgeImage(image('-f', 'raw')), 'raw');
  t.is(judgeImage(Buffer.alloc(0)), 'raw');
});

test('an image that names another file is refused, whichever way it names it', (t) => {
  const refused = { code: 'denied', message: /refers to another file/ } as const;
  for (const compat of ['0.10', '1.1'])
    t.throws(
      () => judgeImage(image('-f', 'qcow2', '-o', `compat=${compat}`, '-u', '-b', '/etc/shadow', '-F', 'raw')),
      refused,
    );
  t.throws(() => judgeImage(image('-f', 'qcow2', '-o', `data_file=${join(dir, 'data')}`)), refused);
});

for (const format of ['vmdk', 'vpc', 'vhdx', 'qed', 'qcow', 'vdi', 'parallels', 'luks'])
  test(`${format} is named and refused`, (t) => {
    const secret = format === 'luks' ? ['--object', 'secret,id=s,data=x', '-o', 'key-secret=s'] : [];
    const error = t.throws(() => judgeImage(image('-f', format, ...secret)), { code: 'invalid-config' });
    t.is(error?.message, `image_path has format ${format}; qcow2 and raw are run`);
  });

test('what begins like qcow2 and is none is refused', (t) => {
  const whole = image('-f', 'qcow2');
  t.throws(() => judgeImage(whole.subarray(0, 60)), { message: /is none/ });
  whole.writeUInt32BE(9, 4);
  t.throws(() => judgeImage(whole), { message: /is none/ });
});

test('an encrypted image is refused', (t) => {
  const options = [
    '--object',
    'secret,id=s,data=x',
    '-o',
    'encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10',
  ];
  t.throws(() => judgeImage(image('-f', 'qcow2', ...options)), { message: /encrypted/ });
});
