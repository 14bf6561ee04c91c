// People who wait: blocking queries that must be answered whenever what they show has changed.

import { isDeepStrictEqual } from 'node:util';
import type { Random } from '@orch/core/lib/random';
import type { SimServer } from './sim-server.ts';
import { between, type World } from './world.ts';

/** Longest pause between an answer and the next question. */
const pauseMs = 900;

export class Watcher {
  readonly path: string;
  readonly #world: World;
  readonly #random: Random;
  #index = 0;
  #text = '';
  #server: SimServer | undefined;
  #round = 0;

  constructor(world: World, path: string) {
    this.#world = world;
    this.#random = world.stream();
    this.path = path;
  }

  /** Asks this server from now on, beginning with the index of the last answer. */
  follow(server: SimServer): void {
    this.#server = server;
    this.#round += 1;
    this.#ask(server, this.#round);
  }

  /** Nobody waits while there is news: what the query would show now is what it has shown. */
  async check(server: SimServer): Promise<void> {
    if (this.#server !== server || this.#index === 0) return;
    const fresh = await server.call('GET', this.path);
    if (server.isDead || this.#server !== server) return;
    if (fresh.index < this.#index) {
      this.#world.problem(`${this.path}: the index went back from ${this.#index} to ${fresh.index}`);
    }
    // It may be between an answer and its next question.
    await this.#world.sleep(pauseMs + 50);
    if (server.isDead || this.#server !== server || this.#index > fresh.index) return;
    if (this.#index < fresh.index || fresh.text !== this.#text) {
      const what = `${this.path} waits at ${this.#index}, now ${fresh.index}`;
      this.#world.problem(`a blocking query missed a change: ${what}: ${differenceOf(this.#text, fresh.text)}`);
    }
  }

  #ask(server: SimServer, round: number): void {
    const separator = this.path.includes('?') ? '&' : '?';
    const asked = this.#index;
    const query = asked === 0 ? this.path : `${this.path}${separator}index=${asked}&wait=60s`;
    server.call('GET', query).then(
      (answer) => {
        if (round !== this.#round || server.isDead) return;
        if (answer.index < asked) {
          this.#world.problem(`${this.path}: asked above ${asked}, answered ${answer.index}`);
        }
        if (answer.index === asked && answer.status === 200 && answer.text !== this.#text) {
          this.#world.problem(
            `${this.path}: another answer at the same index ${asked}: ${differenceOf(this.#text, answer.text)}`,
          );
        }
        this.#world.trace(`${this.path} shows ${answer.index}`);
        this.#index = answer.index;
        this.#text = answer.text;
        // Like a program that shows every answer: a little later it asks again.
        this.#world.after(between(this.#random, 5, pauseMs), () => {
          if (round === this.#round && !server.isDead) this.#ask(server, round);
        });
      },
      (error: unknown) => this.#world.problem(`${this.path} broke: ${error}`),
    );
  }
}

/** Where two answers first differ. */
function differenceOf(left: string, right: string): string {
  return difference(JSON.parse(left), JSON.parse(right));
}

function difference(left: unknown, right: unknown, path = ''): string {
  const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
  if (!isObject(left) || !isObject(right)) return `${path} ${JSON.stringify(left)} → ${JSON.stringify(right)}`;
  const [one, other] = [new Map(Object.entries(left)), new Map(Object.entries(right))];
  for (const key of new Set([...one.keys(), ...other.keys()])) {
    if (isDeepStrictEqual(one.get(key), other.get(key))) continue;
    return difference(one.get(key), other.get(key), `${path}.${key}`);
  }
  return 'nothing';
}
