// Whose program listens on a port of loopback. Any user of the machine may take a port that nobody has.

const { readFileSync } = process.getBuiltinModule('node:fs');

const listening = '0A';
/** 127.0.0.1 and every address, of both families, as the kernel writes them. */
const places: ReadonlySet<string> = new Set([
  '0100007F',
  '00000000',
  '00000000000000000000000000000000',
  '0000000000000000FFFF00000100007F',
]);

/** The user that listens on the port of 127.0.0.1, when that is neither root nor this one. */
export function strangerAt(port: number, own = process.geteuid?.(), tables = kernelTables()): number | undefined {
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return tables
    .flatMap((table) => table.split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, place = '', , state]) => state === listening && place.endsWith(end) && places.has(place.slice(0, -5)))
    .map((columns) => Number(columns[7]))
    .find((uid) => uid !== 0 && uid !== own);
}

function kernelTables(): readonly string[] {
  return ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      // Another system: nothing is known.
      return '';
    }
  });
}
