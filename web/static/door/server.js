// The server, as a device at the door calls it. Whatever is not an answer is one of these words.

export class NoAnswer extends Error {
  // offline: nobody there, or nobody well · signed-out · forbidden · refused: it said no, and why
  constructor(word, detail = "") {
    super(detail || word);
    this.word = word;
  }
}

const SCAN_LIMIT = 3_000;
const LIMIT = 20_000;

const wordOf = (status) => {
  if (status === 401) return "signed-out";
  if (status === 403) return "forbidden";
  return status === 429 || status >= 500 ? "offline" : "refused";
};

export class Server {
  #base;
  #device;

  constructor(base, device) {
    this.#base = base;
    this.#device = device;
  }

  door() {
    return this.#json("");
  }

  checkIn(body) {
    return this.#post("/check-ins", body, SCAN_LIMIT);
  }

  exit(body) {
    return this.#post("/exits", body, SCAN_LIMIT);
  }

  queue(entries) {
    return this.#post("/queue", { entries }, LIMIT);
  }

  undo(scan, reason) {
    return this.#json("/undo", this.#posted({ scan, reason }), LIMIT);
  }

  counters() {
    return this.#json("/counters");
  }

  search(query) {
    return this.#json(`/search?query=${encodeURIComponent(query)}`);
  }

  // The list, or what changed of it; null where ours is the newest still.
  async list(since, tag) {
    const answer = await this.#fetched(
      `/list${since ? `?since=${since}` : ""}`,
      { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" },
      LIMIT,
    );
    if (answer.status === 304) return null;
    return {
      bytes: await answer.arrayBuffer(),
      signature: answer.headers.get("Door-Signature") ?? "",
      tag: answer.headers.get("ETag") ?? "",
    };
  }

  #post(path, body, limit) {
    const sent = { ...body, sent_at: new Date().toISOString() };
    return this.#json(path, this.#posted(sent), limit);
  }

  #posted(body) {
    const headers = { "Content-Type": "application/json", "Door-Device": this.#device() };
    return { method: "POST", headers, body: JSON.stringify(body) };
  }

  async #json(path, how = {}, limit = LIMIT) {
    const answer = await this.#fetched(path, { cache: "no-store", ...how }, limit);
    try {
      return await answer.json();
    } catch {
      throw new NoAnswer("offline");
    }
  }

  async #fetched(path, how, limit) {
    let answer;
    try {
      answer = await fetch(this.#base + path, {
        credentials: "same-origin", redirect: "error", signal: AbortSignal.timeout(limit), ...how,
      });
    } catch {
      throw new NoAnswer("offline");
    }
    if (answer.ok || answer.status === 304) return answer;
    const problem = await answer.json().catch(() => ({}));
    throw new NoAnswer(wordOf(answer.status), problem.detail ?? problem.title ?? "");
  }
}
