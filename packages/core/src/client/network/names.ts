// Names of everything orch owns in the kernel, from one word.

/** Two agents on one machine must use different words. */
export interface NetworkNames {
  /** @example orch-2f1c… */
  readonly namespacePrefix: string;
  readonly nftTable: string;
  /** Owned chain in iptables' filter table that accepts published ports beside Docker's drop. */
  readonly forwardChain: string;
  /** The firewall plugin's chain for the administrator's own rules. */
  readonly adminChain: string;
  readonly defaultNetwork: string;
}

/** @param word lower-case letters and digits, at most 11, since interface names have 15 characters. */
export function networkNames(word: string): NetworkNames {
  if (!/^[a-z][a-z0-9]{0,10}$/.test(word)) {
    throw new RangeError(`network name ${JSON.stringify(word)}: 1 to 11 lower-case letters and digits, a letter first`);
  }
  return {
    namespacePrefix: `${word}-`,
    nftTable: word,
    forwardChain: `${word.toUpperCase()}-FORWARD`,
    adminChain: `${word.toUpperCase()}-ADMIN`,
    defaultNetwork: word,
  };
}
