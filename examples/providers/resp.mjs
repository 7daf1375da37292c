// As much of Redis' protocol as a provider needs: one command, one answer, on a connection of its own.
import { connect } from 'node:net';

/** `['PING']` → 'PONG'. Rejects with what Redis says, or when it does not answer within 2 s. */
export function redis({ host = '127.0.0.1', port, username, password }, ...commands) {
  const all = [...(password ? [['AUTH', username, password]] : []), ...commands];
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port), timeout: 2000 });
    let text = '';
    const finish = (act, value) => {
      socket.destroy();
      act(value);
    };
    socket.on('timeout', () => finish(reject, new Error('Redis does not answer')));
    socket.on('error', (error) => finish(reject, error));
    socket.on('close', () => reject(new Error('Redis has closed the connection')));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const answers = [];
      for (let rest = text; rest !== ''; ) {
        const read = parse(rest);
        if (!read) return;
        if (read.value instanceof Error) return finish(reject, read.value);
        answers.push(read.value);
        rest = read.rest;
      }
      if (answers.length === all.length) finish(resolve, answers.at(-1));
    });
    socket.write(all.map((words) => `*${words.length}\r\n${words.map(bulk).join('')}`).join(''));
  });
}

const bulk = (word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`;

/** The first answer in the text and what follows it; undefined when it is not there as a whole. */
function parse(text) {
  const end = text.indexOf('\r\n');
  if (end < 0) return undefined;
  const [line, rest] = [text.slice(1, end), text.slice(end + 2)];
  if (text[0] === '+') return { value: line, rest };
  if (text[0] === '-') return { value: new Error(line), rest };
  if (text[0] === ':') return { value: Number(line), rest };
  const length = Number(line);
  if (text[0] === '$') {
    if (length < 0) return { value: null, rest };
    return rest.length < length + 2 ? undefined : { value: rest.slice(0, length), rest: rest.slice(length + 2) };
  }
  const items = [];
  let left = rest;
  for (let i = 0; i < length; i++) {
    const item = parse(left);
    if (!item) return undefined;
    items.push(item.value);
    left = item.rest;
  }
  return { value: items, rest: left };
}
