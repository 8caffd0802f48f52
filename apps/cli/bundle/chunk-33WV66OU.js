import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);
async function readAll(stream,most){let chunks=[],length=0;for await(let chunk of stream){let bytes=Buffer.from(chunk);if(length+=bytes.length,length>most)return null;chunks.push(bytes)}return Buffer.concat(chunks).toString("utf8")}export{readAll};
