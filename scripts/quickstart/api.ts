// The few calls the quickstart makes on the agent's HTTP API.

export interface Api {
  readonly address: string;
  get<T>(path: string): Promise<T>;
  text(path: string): Promise<string>;
  put(path: string): Promise<void>;
}

export interface AllocationSummary {
  readonly ID: string;
  readonly ClientStatus: string;
  readonly DesiredStatus: string;
  readonly TaskStates: Readonly<
    Record<
      string,
      {
        readonly State: string;
        readonly Failed: boolean;
        readonly Events: readonly { readonly Type: string; readonly DisplayMessage: string }[];
      }
    >
  > | null;
}

export function connectApi(address: string): Api {
  const call = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(address + path, { ...init, signal: AbortSignal.timeout(60_000) });
    if (!response.ok)
      throw new Error(`${init.method ?? 'GET'} ${path}: ${response.status} ${(await response.text()).trim()}`);
    return response;
  };
  return {
    address,
    get: async <T>(path: string) => (await call(path)).json() as Promise<T>,
    text: async (path) => (await call(path)).text(),
    put: async (path) => {
      await call(path, { method: 'PUT' });
    },
  };
}

/** Tries until it holds or the time is up. @throws with the last reason. */
export async function eventually<T>(what: string, timeoutMs: number, attempt: () => Promise<T>): Promise<T> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > until)
        throw new Error(
          `${what}: ${error instanceof Error ? error.message : String(error)} (waited ${Math.round(timeoutMs / 1000)} s)`,
        );
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}
