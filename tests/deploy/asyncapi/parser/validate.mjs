// Prints what the official parser says of the document on its standard input, as JSON.
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";

const { Parser } = createRequire(`${process.argv[2]}/`)("@asyncapi/parser");
const { document, diagnostics } = await new Parser().parse(await text(process.stdin));
console.log(
  JSON.stringify({
    channels: document?.allChannels().all().map((channel) => channel.address()) ?? [],
    messages: document?.allMessages().all().map((message) => message.name()) ?? [],
    problems: diagnostics.map(({ severity, code, message, path }) => ({
      severity,
      code,
      message,
      path: path.join("/"),
    })),
  }),
);
