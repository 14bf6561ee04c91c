// Users the node keeps from containers. What a name means is its image's affair, so words and numbers are compared.
import { DriverError } from '@orch/driver-api';

/**
 * Root is 0 in every image. Without `user` a container is whoever its image says: that stays the engine's to contain.
 * @throws DriverError `denied`
 */
export function refuseDeniedUser(user: string | undefined, denied: readonly string[]): void {
  if (user === undefined || denied.length === 0) return;
  const [name = ''] = user.split(':');
  const same = (entry: string) => plain(entry) === plain(name);
  if (!denied.some(same)) return;
  throw new DriverError('denied', `user = ${JSON.stringify(user)}: this node keeps the user ${name} from docker`, {
    hint: `run as another user, or change client { options = { "user.denylist" = "${denied.join(',')}" } } on the node`,
  });
}

function plain(user: string): string {
  if (user === 'root') return '0';
  return /^\d+$/.test(user) ? String(Number(user)) : user;
}
