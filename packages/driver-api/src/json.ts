/** Data that crosses the driver door: it must survive JSON, because a driver may live in another process. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}
