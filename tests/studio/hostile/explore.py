def test_explore(run):
    outcomes, around = run
    out = open("/tmp/explore.txt", "w")
    for name, o in outcomes.items():
        if o.fault is not None:
            line = "FAULT " + repr(o.fault)[:300]
        elif o.refusal is not None:
            line = "refused " + str(getattr(o.refusal, "message", o.refusal))[:300]
        else:
            line = (
                "KEPT "
                + str(
                    [
                        (k, f if k != "mlt" else {x: f[x] for x in ("frames", "resources")})
                        for k, f, _ in o.copies
                    ]
                )[:300]
            )
        print(
            f"{name:32} {line} | {o.left}"
            + ("" if all(l.seconds <= 21 for l in o.limits) else f" LIM {o.limits}"),
            file=out,
        )
    print(around, file=out)
    import resource

    print(resource.getrusage(resource.RUSAGE_CHILDREN), file=out)
