//! Signatures in a header and in the query.
#![no_main]

libfuzzer_sys::fuzz_target!(|parts: (&str, &str)| {
    let (authorization, query) = parts;
    let request = http::Request::post(format!("/?{query}")).header("authorization", authorization);
    if let Ok(request) = request.body(()) {
        wavetank_emulator::http::has_signature(&request.into_parts().0);
    }
});
