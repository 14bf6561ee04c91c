// WordPress and MariaDB from Debian's packages, as images under the names that the examples use, with their settings.

import { execFileSync } from 'node:child_process';
import { hostAddress } from '../network/network-rig.ts';
import { makeDebianImage } from '../shared/debian-image.ts';
import { until } from '../shared/dev-agent.ts';

/** Keeps its data under /var/lib/mysql, makes the database and the user that the environment names, listens on 3306. */
const mariadb = `#!/bin/bash
set -eu
data=/var/lib/mysql
test -d $data/mysql ||
  mariadb-install-db --no-defaults --user=root --datadir=$data --auth-root-authentication-method=socket --skip-test-db
cat > /tmp/init.sql <<SQL
CREATE DATABASE IF NOT EXISTS \\\`$MARIADB_DATABASE\\\`;
CREATE USER IF NOT EXISTS '$MARIADB_USER'@'%';
ALTER USER '$MARIADB_USER'@'%' IDENTIFIED BY '$MARIADB_PASSWORD';
GRANT ALL ON \\\`$MARIADB_DATABASE\\\`.* TO '$MARIADB_USER'@'%';
SQL
exec mariadbd --no-defaults --user=root --datadir=$data --socket=/tmp/mariadb.sock --init-file=/tmp/init.sql
`;

/** Serves WordPress on port 80, its database as the environment names it. */
const wordpress = `#!/bin/bash
set -eu
mkdir -p /etc/wordpress
cat > /etc/wordpress/config-default.php <<PHP
<?php
define('DB_NAME', '\${WORDPRESS_DB_NAME:-wordpress}');
define('DB_USER', '\${WORDPRESS_DB_USER:-wordpress}');
define('DB_PASSWORD', '\${WORDPRESS_DB_PASSWORD:-}');
define('DB_HOST', '$WORDPRESS_DB_HOST');
define('WP_CONTENT_DIR', '/var/lib/wordpress/wp-content');
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true);
PHP
export PHP_CLI_SERVER_WORKERS=2
exec php8.2 -d extension=mysqlnd -d extension=mysqli -S 0.0.0.0:80 -t /usr/share/wordpress
`;

const images = [
  {
    name: 'mariadb:11.4',
    packages: ['mariadb-server-core', 'mariadb-client-core', 'gawk', 'hostname'],
    entrypoint: mariadb,
  },
  {
    name: 'wordpress:6.8',
    packages: ['wordpress', 'wordpress-theme-twentytwentythree', 'php8.2-cli', 'php8.2-mysql'],
    entrypoint: wordpress,
  },
];

/** Docker volumes of the examples. */
const volumes = ['wordpress_data', 'default_wordpress-data'];

export interface WordpressImages {
  remove(): void;
}

export function makeWordpressImages(): WordpressImages {
  const present = execFileSync('docker', ['volume', 'ls', '-q'], { encoding: 'utf8' }).split('\n');
  const taken = volumes.find((volume) => present.includes(volume));
  if (taken !== undefined) throw new Error(`there is a volume ${taken} already; this test would write into it`);
  const made: string[] = [];
  const removeImages = () => {
    for (const name of made.splice(0)) execFileSync('docker', ['image', 'rm', '-f', name], { stdio: 'ignore' });
  };
  try {
    for (const image of images) {
      makeDebianImage(image);
      made.push(image.name);
    }
  } catch (error) {
    removeImages();
    throw error;
  }
  return {
    remove() {
      try {
        for (const volume of volumes) execFileSync('docker', ['volume', 'rm', '-f', volume], { stdio: 'ignore' });
      } finally {
        removeImages();
      }
    },
  };
}

/** A request to the published port of the web server. */
async function ask(path: string, form?: Readonly<Record<string, string>>): Promise<string> {
  const answer = await fetch(`http://${await hostAddress()}:8080${path}`, {
    signal: AbortSignal.timeout(60_000),
    ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} for ${path}: ${text.replaceAll(/\s+/g, ' ').slice(-300)}`);
  return text;
}

/** Makes a site of this title, as its owner does in the browser, once the database answers. */
export async function installSite(title: string): Promise<void> {
  await until('the page that installs WordPress', 120_000, async () => {
    const text = await ask('/wp-admin/install.php?step=1');
    return text.includes('weblog_title') ? text : Promise.reject(new Error(text.slice(0, 500)));
  });
  const password = 'only for this test 1!';
  const text = await ask('/wp-admin/install.php?step=2', {
    weblog_title: title,
    user_name: 'owner',
    admin_password: password,
    admin_password2: password,
    pw_weak: '1',
    admin_email: 'owner@example.com',
    blog_public: '0',
    language: '',
  });
  if (!/Success!/.test(text))
    throw new Error(`WordPress is not installed: ${text.replaceAll(/\s+/g, ' ').slice(0, 1500)}`);
}

/** The first page of the site, once it is the site of this title. */
export async function frontPage(title: string): Promise<string> {
  return until(`the site "${title}"`, 120_000, async () => {
    const text = await ask('/');
    return text.includes(`<title>${title}`) ? text : Promise.reject(new Error(text.slice(0, 500)));
  });
}
