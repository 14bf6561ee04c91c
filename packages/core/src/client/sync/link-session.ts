// The node's link to a server: dials, says hello, keeps beating, and dials again when it is lost. Tasks never notice.

import type { Clock } from '../../lib/clock.ts';
import { sleep } from '../../lib/clock.ts';
import { describeError, OrchError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Random } from '../../lib/random.ts';
import type { Connection } from '../../link/connection.ts';
import { linkProtocol, type NodeMessage, type ServerMessage } from '../../link/messages.ts';
import { type ServedStream, serveMux } from '../../link/mux.ts';
import type { Node } from '../../model/node.ts';
import { reconnectDelayMs } from './backoff.ts';
import type { StatusBatch } from './status-batch.ts';

/** Longest wait for a server's welcome. */
const welcomeTimeoutMs = 10_000;
/** Wait after a server said that it will not have this node. */
const refusedDelayMs = 30_000;

export type DesiredMessage = Extract<ServerMessage, { type: 'desired' }>;

export interface LinkOptions {
  connect(options: { readonly signal: AbortSignal }): Promise<Connection<NodeMessage, ServerMessage>>;
  node(): Node;
  readonly secret: string;
  known(): Readonly<Record<string, number>>;
  desired(message: DesiredMessage): void;
  serve(stream: ServedStream): Promise<unknown>;
  /** The link came up or went down; `detail` is for people. */
  state(up: boolean, detail: string): void;
  readonly status: StatusBatch;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

export class LinkSession {
  readonly #options: LinkOptions;
  readonly #closing = new AbortController();
  #connection: Connection<NodeMessage, ServerMessage> | undefined;
  #welcomed = false;
  /** The node as this connection's server knows it. */
  #told: Node | undefined;
  #loop: Promise<void> | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** The node's facts changed: told at once, after the welcome that is awaited, or with the next hello. */
  nodeChanged(node: Node): void {
    if (!this.#welcomed) return;
    this.#told = node;
    this.#connection?.send({ type: 'node', node });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#connection?.close('the agent stops');
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { clock, random, log } = this.#options;
    const { signal } = this.#closing;
    let failures = 0;
    while (!signal.aborted) {
      let waitMs: number;
      try {
        const connection = await this.#options.connect({ signal });
        const outcome = await this.#serve(connection);
        failures = outcome.welcomed ? 0 : failures + 1;
        waitMs = outcome.refused ? refusedDelayMs : reconnectDelayMs(failures, random());
        if (!signal.aborted) log.warn('the link to the server is down', { reason: outcome.reason });
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        waitMs = reconnectDelayMs(failures, random());
        log.warn('the server could not be reached', { error: describeError(error), retryInMs: waitMs });
      }
      await sleep(clock, waitMs, signal);
    }
  }

  /** Lives with one connection to its end. */
  #serve(connection: Connection<NodeMessage, ServerMessage>): Promise<LinkOutcome> {
    const { clock, status } = this.#options;
    this.#connection = connection;
    this.#welcomed = false;
    const mux = serveMux((message) => connection.send(message), this.#options.serve);
    const over = Promise.withResolvers<LinkOutcome>();
    let cancelBeat = clock.after(welcomeTimeoutMs, () => connection.close('no welcome came from the server'));
    let refused = false;
    connection.onClose((reason) => {
      cancelBeat();
      status.disconnected();
      mux.close(reason);
      const welcomed = this.#welcomed;
      this.#connection = undefined;
      this.#welcomed = false;
      this.#options.state(false, reason);
      over.resolve({ reason, refused, welcomed });
    });
    connection.onMessage((message) => {
      switch (message.type) {
        case 'welcome': {
          cancelBeat();
          cancelBeat = this.#beat(connection, message.heartbeatTtlMs);
          this.#welcomed = true;
          if (this.#told !== this.#options.node()) this.nodeChanged(this.#options.node());
          this.#options.state(true, message.serverName);
          status.connected((batch) => connection.send(batch));
          return;
        }
        case 'refused':
          refused = true;
          this.#options.log.error('the server refuses this node', { code: message.code, reason: message.message });
          connection.close(`refused: ${message.message}`);
          return;
        case 'desired':
          this.#options.desired(message);
          return;
        case 'status-ack':
          status.acknowledged(message.sequence);
          return;
        case 'open':
        case 'data':
        case 'finish':
        case 'note':
        case 'credit':
        case 'end':
        case 'error':
        case 'cancel':
          mux.accept(message);
          return;
        default:
          // A newer server may say more than this node understands.
          this.#options.log.warn('the server sent a message of an unknown type', unknownType(message));
      }
    });
    if (this.#closing.signal.aborted) connection.close('the agent stops');
    else this.#hello(connection);
    return over.promise;
  }

  #hello(connection: Connection<NodeMessage, ServerMessage>): void {
    const { secret, node, known } = this.#options;
    this.#told = node();
    connection.send({ type: 'hello', protocol: linkProtocol, node: this.#told, secret, known: known() });
  }

  /** Twice in each time-to-live, so that one lost beat does no harm. */
  #beat(connection: Connection<NodeMessage, ServerMessage>, ttlMs: number): () => void {
    if (!(ttlMs > 0)) throw new OrchError('bad-welcome', 'the server gave no heartbeat time');
    let cancel = () => {};
    const next = () => {
      cancel = this.#options.clock.after(ttlMs / 2, () => {
        connection.send({ type: 'heartbeat' });
        next();
      });
    };
    next();
    return () => cancel();
  }
}

interface LinkOutcome {
  readonly reason: string;
  readonly refused: boolean;
  readonly welcomed: boolean;
}

function unknownType(message: never): { readonly messageType: unknown } {
  return { messageType: (message as { type?: unknown }).type };
}
