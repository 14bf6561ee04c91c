// Where an agent puts what a command line on the same machine looks for.

/** Of the agent whose kernel word is "orch". */
export const defaultSocketDir = '/run/orch';
export const operatorSocket = 'operator.sock';
export const groupSocket = 'api.sock';
/** Where TCP is open and which file holds its token, as JSON: {@link TcpNote}. */
export const tcpNote = 'tcp.json';

export interface TcpNote {
  /** `http://127.0.0.1:4646`. */
  readonly address: string;
  /** Absent where TCP asks for no token. */
  readonly tokenFile?: string;
}
